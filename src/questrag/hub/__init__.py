"""Models on the Hugging Face Hub: pushed as they are shipped, pulled at one commit, checked before they are used."""
