package api

// known are the status codes that Go's net/http has a text for, as first and last of
// each run of them. They are written out here since that package is a third of what a
// page in a browser would have to load.
var known = [][2]int{
	{100, 103}, {200, 208}, {226, 226}, {300, 305}, {307, 308}, {400, 418}, {421, 426},
	{428, 429}, {431, 431}, {451, 451}, {500, 508}, {510, 511},
}

// KnownCode reports whether Istio takes a number in retryOn for a status code:
// only those that Go's net/http has a text for.
func KnownCode(status int) bool {
	for _, run := range known {
		if run[0] <= status && status <= run[1] {
			return true
		}
	}
	return false
}
