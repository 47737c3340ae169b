"""The pages of the registration: `entering` starts or resumes it, `steps` are its pages, at home or at a desk."""
