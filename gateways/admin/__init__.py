"""The border seen by staff: what came in and what went out."""

from gateways.admin import callbacks, calls

__all__ = ["callbacks", "calls"]
