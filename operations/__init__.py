"""Running Xinya: the web and worker processes together, health, and the operator's checks."""
