package forge

import "errors"

func openGitLab(Config) (Forge, error) { return nil, errors.New("this forge is not built in yet") }
func openGitea(Config) (Forge, error)  { return nil, errors.New("this forge is not built in yet") }
func openGitee(Config) (Forge, error)  { return nil, errors.New("this forge is not built in yet") }
