package istio

import (
	"fmt"
	"testing"

	"retryctl.dev/golden/random"
)

// nastyInputs is the number of inputs whose routes fight over the same requests.
const nastyInputs = 100

func TestNastyInputsDoInIstioWhatIsSaidOfThem(t *testing.T) {
	count := &tally{}
	for seed := range uint64(nastyInputs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { hold(t, random.Nasty(seed), count) })
	}
	t.Logf("%d requests, %d of them unclear, %d effects, %d outcomes, %d policies refused", count.requests, count.unclear, count.effects, count.carried, count.refused)
	if !t.Failed() && (count.requests < 100*nastyInputs || count.effects < 2*nastyInputs || count.carried < 50*nastyInputs) {
		t.Errorf("too little was compared: %+v", *count)
	}
	if count.unclear*30 > count.requests {
		t.Errorf("of %d of %d requests nothing is said that could be wrong", count.unclear, count.requests)
	}
}
