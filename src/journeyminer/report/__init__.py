"""The other door: analysis makes a Report, renderers read nothing else."""
