"""A package of somebody else that brings a source: deals of a CRM. The example to copy."""
