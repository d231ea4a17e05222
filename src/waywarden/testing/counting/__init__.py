"""Made-up boxes for counters: the eighteen scenarios, and a junction with a thousand vehicles. No picture is drawn."""
