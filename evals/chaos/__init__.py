"""The house under attack: kills, late landings, bad clocks and broken disks, and whether any message was lost or doubled."""
