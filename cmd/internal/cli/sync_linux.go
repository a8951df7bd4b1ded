package cli

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// syncFolders waits until everything in folders is on the disk, files by files where the
// system cannot be asked for all at once: a sync for each of many thousand files takes
// minutes.
func syncFolders(folders, files []string) error {
	if len(files) < 16 {
		return syncEach(files)
	}
	asked := map[uint64]bool{} // file systems
	for _, folder := range folders {
		f, err := os.Open(folder)
		if err != nil {
			return err
		}
		var stat syscall.Stat_t
		if err = syscall.Fstat(int(f.Fd()), &stat); err == nil && !asked[stat.Dev] {
			asked[stat.Dev] = true
			err = unix.Syncfs(int(f.Fd()))
		}
		f.Close() //nolint:errcheck // it was only asked about
		if errors.Is(err, syscall.ENOSYS) {
			return syncEach(files)
		} else if err != nil {
			return err
		}
	}
	return nil
}
