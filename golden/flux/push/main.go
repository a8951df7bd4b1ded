// The program push does of flux what publish.sh asks for, with Flux's own client for
// registries, which is a small part of flux: flux push artifact URL --path P
// --source S --revision R (cmd/flux/push_artifact.go of v2.9.5).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/fluxcd/pkg/oci"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := push(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "push:", err)
		os.Exit(1)
	}
}

func push(ctx context.Context, words []string) error {
	if len(words) < 3 || !slices.Equal(words[:2], []string{"push", "artifact"}) {
		return fmt.Errorf("push artifact URL is all that is known, not %q", words)
	}
	flags := flag.NewFlagSet("push", flag.ContinueOnError)
	path := flags.String("path", "", "")
	source := flags.String("source", "", "")
	revision := flags.String("revision", "", "")
	if err := flags.Parse(words[3:]); err != nil {
		return err
	}
	if *path == "" || *source == "" || *revision == "" || flags.NArg() > 0 {
		return errors.New("--path, --source and --revision are wanted, and nothing else")
	}
	url, err := oci.ParseArtifactURL(words[2])
	if err != nil {
		return err
	}
	client := oci.NewClient(oci.DefaultOptions())
	_, err = client.Push(ctx, url, *path, oci.WithPushMetadata(oci.Metadata{Source: *source, Revision: *revision}))
	return err
}
