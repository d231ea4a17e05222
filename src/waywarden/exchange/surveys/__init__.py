"""What others counted or followed, read: manual counts, OpenDataCam, CVAT, OpenTrafficCam."""
