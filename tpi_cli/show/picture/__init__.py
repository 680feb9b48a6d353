"""What is drawn: the body, pain over time, bars. Every picture stands beside the same facts in words."""
