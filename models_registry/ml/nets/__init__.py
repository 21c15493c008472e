"""Network architectures (``nn.Module``) and what is done to them: fusing, heads, digests. These modules import
torch."""
