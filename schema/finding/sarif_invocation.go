package finding

// A sarifInvocation says whether the run itself could be done.
type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Descriptor struct {
		ID string `json:"id"`
	} `json:"descriptor"`
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

// invocation takes what is about the run out of a list. It is no result, which has
// a place in a file: code scanning refuses a report with a result that has none.
func invocation(list List) (call sarifInvocation, rest List) {
	call.Successful = true
	for _, f := range list {
		if f.Code != NotDone {
			rest = append(rest, f)
			continue
		}
		call.Successful = false
		n := sarifNotification{Level: level(f.Severity), Message: sarifText{f.headline()}}
		n.Descriptor.ID = string(f.Code)
		call.Notifications = append(call.Notifications, n)
	}
	return call, rest
}
