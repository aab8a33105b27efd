from rents.models.forward import Forward, ForwardPart

__all__ = ["Forward", "ForwardPart"]
