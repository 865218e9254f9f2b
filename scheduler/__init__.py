"""What the clock starts: the release of numbers, messages left unanswered, the rehearsal's clock."""
