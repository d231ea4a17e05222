"""Detections to tracks to crossings to movements to intervals. Pure; road users end here."""
