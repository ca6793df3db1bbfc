"""What fundsim is built from: the packages of requirements.lock, their licences and their known holes."""
