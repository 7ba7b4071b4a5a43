"""What was learnt and told: SQLAlchemy tables, store, rollups, retention."""
