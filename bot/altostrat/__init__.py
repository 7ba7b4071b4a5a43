"""The Altostrat usage API: client, request budget, sites."""
