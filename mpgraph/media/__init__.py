"""Media in and out: video files, images, cameras and the drawn test source."""
