"""The use cases: pull, assess, deliver, queries. Transactions begin and end here."""
