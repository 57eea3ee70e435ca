"""What a new database begins with: facts as data, each with its source."""
