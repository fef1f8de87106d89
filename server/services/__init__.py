"""What the installation can do for its pages, each by subject: chat, codes, sign-in, mail, cases, withdrawals."""
