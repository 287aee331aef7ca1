"""What each person sees and sets of their own: settings, sessions, own data."""
