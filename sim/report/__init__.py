"""What a reader sees: tables on the screen and charts. Reads tables only."""
