"""From messages to a model: lookup tables, training, measuring; our own pipeline components."""
