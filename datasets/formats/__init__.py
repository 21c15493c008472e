"""File formats of items and annotations: one file a format, discovered at start-up. Pure: no Django.

A format writes a stream of images with their annotations and reads its own files back; what it cannot say of one is
left out and counted with the reason, the rest goes in. Coordinates inside are image pixels, float, origin top-left."""
