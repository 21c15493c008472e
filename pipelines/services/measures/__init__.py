"""Figures that triggers watch, one a file (``engine/measures.py`` says what a file declares)."""
