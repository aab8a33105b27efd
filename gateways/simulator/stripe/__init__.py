"""A simulated Stripe: transfers to connected accounts, with its own book of money moved."""
