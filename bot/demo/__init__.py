"""A simulated usage API and believable traffic: a retail chain's fleet, its story, and the API's bad days."""
