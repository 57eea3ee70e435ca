"""The error classes and their limits as data, each with source and confidence; the office reads them too."""
