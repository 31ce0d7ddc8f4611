"""What people see, written down: cards, forms and messages as each platform draws them, in English and in Chinese."""
