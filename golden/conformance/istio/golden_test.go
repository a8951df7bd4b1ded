package istio

import (
	"errors"
	"fmt"
	"testing"

	"retryctl.dev/golden/random"
)

// hold translates an input and holds the result against Istio.
func hold(t *testing.T, text []byte, count *tally) {
	in := load(t, text)
	for _, o := range in.result.Objects {
		if istios(o) {
			err := admit(o)
			if errors.As(err, new(warning)) && o.Original != nil && admit(o.Original) != nil {
				err = nil // it was there before
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	refused := in.refused()
	count.refused += len(refused)
	if intents := in.intents(); len(intents) > 0 {
		after := in.plan.World.With(in.result.Objects...)
		for _, d := range judge(t, intents, trial{in.plan.World, after, after}, in.settings, refused, count) {
			t.Error(d)
		}
	}
}

func TestEveryGoldenCaseDoesInIstioWhatIsSaidOfIt(t *testing.T) {
	names, texts := cases(t)
	count := &tally{}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { hold(t, texts[name], count) })
	}
	t.Logf("%d requests, %d effects, %d outcomes, %d policies refused", count.requests, count.effects, count.carried, count.refused)
	if !t.Failed() && (count.requests < 1500 || count.effects < 50 || count.carried < 1500) {
		t.Errorf("too little was compared: %+v", *count)
	}
}

// randomInputs is the number of random inputs for each class of Gateway.
const randomInputs = 60

func TestRandomInputsDoInIstioWhatIsSaidOfThem(t *testing.T) {
	for _, class := range []random.GatewayClass{random.Classes[1], random.Classes[4]} {
		count := &tally{}
		for seed := range uint64(randomInputs) {
			t.Run(fmt.Sprint(class.Name, "-", seed), func(t *testing.T) { hold(t, random.InputFor(seed, class), count) })
		}
		t.Logf("%s: %d requests, %d effects, %d outcomes, %d policies refused", class.Name, count.requests, count.effects, count.carried, count.refused)
		if !t.Failed() && (count.requests < 50*randomInputs || count.effects < 2*randomInputs || count.carried < 50*randomInputs) {
			t.Errorf("too little was compared: %+v", *count)
		}
	}
}

func TestWhatNastyInputsComeToIsAdmittedWithoutAWarning(t *testing.T) {
	written := 0
	for seed := range uint64(400) {
		for _, o := range load(t, random.Nasty(seed)).result.Objects {
			err := admit(o)
			if errors.As(err, new(warning)) && o.Original != nil && admit(o.Original) != nil {
				err = nil // it was there before
			}
			if written++; err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
	if written < 100 {
		t.Errorf("only %d objects were written", written)
	}
}
