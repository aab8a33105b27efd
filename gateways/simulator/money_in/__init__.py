"""The collecting side: prompts, payments straight to a shortcode, and Pull (docs/simulator.md)."""
