"""History as files: CSV and Parquet, by pyarrow. Imported by the commands that move history, and by nothing else."""
