"""Nothing of a credential stands anywhere but where it is kept and where it is sent."""
