"""The rooms of a relais petite enfance: its territory, who is free, and registration with an assistant maternel."""
