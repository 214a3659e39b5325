"""QUESTRAG: banking QUEries and Support system via Trained Reinforced RAG."""

__version__ = "0.1.0"
