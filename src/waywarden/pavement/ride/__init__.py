"""What a phone on the dashboard feels: how rough the road is, and where it jolts."""
