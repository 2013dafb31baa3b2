"""What several test files share: scenarios, commands, folders, faults and small runs."""
