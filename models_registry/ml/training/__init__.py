"""Training loops, augmentation and checkpoints. These modules import torch; import them inside adapter methods only."""
