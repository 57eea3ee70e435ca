"""Data quality as a public platform would judge it: counted per vehicle and day, as the rows come in."""
