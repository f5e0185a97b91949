"""A year of a city's office, lived through the services by made-up people; see `manage.py simulate_year`."""
