"""Annotation types: one file a type, discovered at start-up. Pure: no Django.

A type validates what clients send and answers how alike two geometries are. Coordinates are image pixels, float,
origin top-left."""
