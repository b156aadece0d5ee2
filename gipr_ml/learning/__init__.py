"""Learning: labels, synthesis of damaged reports, training, evaluation."""
