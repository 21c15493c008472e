"""WHO predicts: model versions, predictions, evaluations, comparisons. See README.md."""
