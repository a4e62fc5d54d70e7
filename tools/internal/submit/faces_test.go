package submit_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

func readAgain(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }

// in reads the body of a call into v.
func in[T any](w *world, r *http.Request) (v T) {
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil && err != io.EOF {
		w.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	return v
}

type object = map[string]any

var missing = object{"message": "Not Found"}

// rest is what Gitea and GitHub have in common; github tells them apart.
func rest(w *world, prefix string, github bool) *http.ServeMux {
	mux := http.NewServeMux()
	repo := func(r *http.Request) string { return r.PathValue("o") + "/" + r.PathValue("n") }
	show := func(name string) object {
		o := object{"full_name": name, "name": name[strings.Index(name, "/")+1:], "owner": object{"login": name[:strings.Index(name, "/")]},
			"fork": w.parent[name] != "", "archived": w.archived && name == base,
			"permissions": object{"push": name != base || slices.Contains(w.pushers, w.user), "pull": true}}
		if p := w.parent[name]; p != "" {
			o["parent"] = object{"full_name": p}
		}
		return o
	}
	showPull := func(p *pull) object {
		return object{"number": p.Number, "html_url": w.URL + "/" + base + "/pulls/1", "state": p.Status, "title": p.Title, "user": object{"login": p.By},
			"head": object{"ref": p.Branch, "repo": object{"full_name": p.Repo}}, "base": object{"ref": "main"}}
	}
	mux.HandleFunc("GET "+prefix+"/user", func(rw http.ResponseWriter, r *http.Request) {
		answer(rw, 200, object{"login": w.user})
	})
	mux.HandleFunc("GET "+prefix+"/repos/{o}/{n}", func(rw http.ResponseWriter, r *http.Request) {
		if !w.has(repo(r)) {
			answer(rw, 404, missing)
			return
		}
		answer(rw, 200, show(repo(r)))
	})
	mux.HandleFunc("GET "+prefix+"/repos/{o}/{n}/branches/{b...}", func(rw http.ResponseWriter, r *http.Request) {
		id := w.tip(repo(r), r.PathValue("b"))
		switch {
		case id == "":
			answer(rw, 404, missing)
		case github:
			answer(rw, 200, object{"commit": object{"sha": id, "commit": object{"tree": object{"sha": "tree-" + id}}}})
		default:
			answer(rw, 200, object{"commit": object{"id": id}})
		}
	})
	mux.HandleFunc("GET "+prefix+"/repos/{o}/{n}/contents/{p...}", func(rw http.ResponseWriter, r *http.Request) {
		p, ref := r.PathValue("p"), r.URL.Query().Get("ref")
		if text, ok := w.commits[ref][p]; ok {
			answer(rw, 200, object{"type": "file", "path": p, "sha": blob(text), "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text))})
			return
		}
		list := []object{}
		for _, e := range w.entries(ref, p, false) {
			kind := "file"
			if e.folder {
				kind = "dir"
			}
			list = append(list, object{"path": e.path, "sha": e.id, "type": kind})
		}
		if len(list) == 0 {
			answer(rw, 404, missing)
			return
		}
		answer(rw, 200, list)
	})
	mux.HandleFunc("GET "+prefix+"/repos/{o}/{n}/git/trees/{id}", func(rw http.ResponseWriter, r *http.Request) {
		commit := w.branches[base+":main"]
		list := []object{}
		for _, folder := range []string{"content/projects/2026", "content/projects/2026/jyj", "content/projects/2026/jyj/01"} {
			if r.PathValue("id") != sha("tree "+commit+folder) {
				continue
			}
			for _, e := range w.entries(commit, folder, true) {
				list = append(list, object{"path": strings.TrimPrefix(e.path, folder+"/"), "type": "blob"})
			}
		}
		// Gitea gives pages.
		page := r.URL.Query().Get("page")
		if !github && len(list) > 1 {
			cut := map[string][]object{"1": list[:1], "2": list[1:]}[page]
			answer(rw, 200, object{"tree": cut, "truncated": page == "1"})
			return
		}
		answer(rw, 200, object{"tree": list, "truncated": false})
	})
	mux.HandleFunc("GET "+prefix+"/repos/{o}/{n}/forks", func(rw http.ResponseWriter, r *http.Request) {
		list := []object{}
		for f, p := range w.parent {
			if p == repo(r) {
				list = append(list, show(f))
			}
		}
		answer(rw, 200, list)
	})
	mux.HandleFunc("POST "+prefix+"/repos/{o}/{n}/forks", func(rw http.ResponseWriter, r *http.Request) {
		name := in[struct{ Name string }](w, r).Name
		if name == "" {
			name = r.PathValue("n")
		}
		if w.has(w.user + "/" + name) {
			answer(rw, 409, object{"message": "repository already exists"})
			return
		}
		w.fork(w.user + "/" + name)
		answer(rw, 202, show(w.user+"/"+name))
	})
	mux.HandleFunc("GET "+prefix+"/repos/{o}/{n}/pulls", func(rw http.ResponseWriter, r *http.Request) {
		list := []object{}
		for _, p := range slices.Backward(w.pulls) {
			head := r.URL.Query().Get("head") // GitHub alone knows it
			if p.Status == "open" && (!github || head == strings.Split(p.Repo, "/")[0]+":"+p.Branch) {
				list = append(list, showPull(p))
			}
		}
		answer(rw, 200, list)
	})
	mux.HandleFunc("POST "+prefix+"/repos/{o}/{n}/pulls", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct{ Head, Base, Title, Body string }](w, r)
		from, branch := base, b.Head
		if owner, rest, ok := strings.Cut(b.Head, ":"); ok {
			from, branch = owner, rest
			switch fork := owner + "/registry"; {
			case github: // which copy of the owner's is clear to GitHub
				for f := range w.parent {
					if strings.HasPrefix(f, owner+"/") {
						from = f
					}
				}
			case !strings.Contains(owner, "/"):
				from = fork
			}
		}
		switch {
		case b.Base != "main" || w.branches[from+":"+branch] == "":
			answer(rw, 404, missing)
		case w.open(from, branch) != nil && github:
			answer(rw, 422, object{"message": "Validation Failed", "errors": []object{{"message": "A pull request already exists for " + b.Head}}})
		case w.open(from, branch) != nil:
			answer(rw, 409, object{"message": "pull request already exists for these targets"})
		default:
			answer(rw, 201, showPull(w.request(from, branch, b.Title, b.Body)))
		}
	})
	return mux
}

func giteaFace(w *world) http.Handler   { return giteas(w, "merge-upstream") }
func forgejoFace(w *world) http.Handler { return giteas(w, "sync_fork/main") }

// giteas has one way of bringing a copy up to date, the other is not there.
func giteas(w *world, update string) http.Handler {
	mux := rest(w, "/api/v1", false)
	repo := func(r *http.Request) string { return r.PathValue("o") + "/" + r.PathValue("n") }
	mux.HandleFunc("POST /api/v1/repos/{o}/{n}/"+update, func(rw http.ResponseWriter, r *http.Request) {
		if own := w.branches[repo(r)+":main"]; w.commits[own]["own"] != "" {
			answer(rw, 400, object{"message": "fast-forward merge not possible: branch has diverged"})
			return
		}
		w.branches[repo(r)+":main"] = w.branches[base+":main"]
		answer(rw, 200, object{"merge_type": "fast-forward"})
	})
	mux.HandleFunc("POST /api/v1/repos/{o}/{n}/contents", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct {
			Branch, Message string
			NewBranch       string `json:"new_branch"`
			Files           []struct{ Operation, Path, SHA, Content string }
		}](w, r)
		if repo(r) == base && !slices.Contains(w.pushers, w.user) {
			answer(rw, 403, object{"message": "user should have a permission to write to the target branch"})
			return
		}
		from, to := w.branches[repo(r)+":"+b.Branch], b.NewBranch
		if to == "" {
			to = b.Branch
		} else if w.branches[repo(r)+":"+to] != "" {
			answer(rw, 422, object{"message": "branch already exists [name: " + to + "]"})
			return
		}
		texts := map[string]*string{}
		for _, f := range b.Files {
			old, exists := w.commits[from][f.Path]
			if exists != (f.Operation != "create") || exists && f.SHA != blob(old) {
				answer(rw, 422, object{"message": "sha does not match [path: " + f.Path + "]"})
				return
			}
			texts[f.Path] = nil
			if f.Operation != "delete" {
				text, err := base64.StdEncoding.DecodeString(f.Content)
				if err != nil {
					w.t.Error(err)
				}
				s := string(text)
				texts[f.Path] = &s
			}
		}
		w.change(repo(r), to, from, texts)
		answer(rw, 201, object{"commit": object{}})
	})
	return mux
}

func githubFace(w *world) http.Handler {
	mux := rest(w, "", true)
	repo := func(r *http.Request) string { return r.PathValue("o") + "/" + r.PathValue("n") }
	trees, loose, blobs := map[string]tree{}, map[string]tree{}, map[string]string{}
	mux.HandleFunc("POST /repos/{o}/{n}/git/blobs", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct{ Encoding, Content string }](w, r)
		data, err := base64.StdEncoding.DecodeString(b.Content)
		if err != nil || b.Encoding != "base64" {
			w.t.Error(b, err)
		}
		blobs[blob(string(data))] = string(data)
		answer(rw, 201, object{"sha": blob(string(data))})
	})
	mux.HandleFunc("POST /repos/{o}/{n}/git/trees", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct {
			Base string `json:"base_tree"`
			Tree []struct {
				Path, Mode, Type, SHA string
				Content               *string
			}
		}](w, r)
		old := w.commits[strings.TrimPrefix(b.Base, "tree-")]
		files := tree{}
		for p, text := range old {
			files[p] = text
		}
		for _, e := range b.Tree {
			switch {
			case e.Content != nil:
				files[e.Path] = *e.Content
			case e.SHA != "":
				files[e.Path] = blobs[e.SHA]
			default:
				delete(files, e.Path)
			}
		}
		id := sha("tree" + b.Base + b.Tree[0].Path)
		trees[id] = files
		answer(rw, 201, object{"sha": id})
	})
	mux.HandleFunc("POST /repos/{o}/{n}/git/commits", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct {
			Message, Tree string
			Parents       []string
		}](w, r)
		id := sha("commit" + b.Tree + b.Parents[0] + b.Message)
		loose[id] = trees[b.Tree]
		answer(rw, 201, object{"sha": id})
	})
	mux.HandleFunc("POST /repos/{o}/{n}/git/refs", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct{ Ref, SHA string }](w, r)
		name := repo(r) + ":" + strings.TrimPrefix(b.Ref, "refs/heads/")
		if w.branches[name] != "" {
			answer(rw, 422, object{"message": "Reference already exists"})
			return
		}
		w.commits[b.SHA], w.branches[name] = loose[b.SHA], b.SHA
		answer(rw, 201, object{"ref": b.Ref})
	})
	mux.HandleFunc("PATCH /repos/{o}/{n}/git/refs/heads/{b...}", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct{ SHA string }](w, r)
		w.commits[b.SHA], w.branches[repo(r)+":"+r.PathValue("b")] = loose[b.SHA], b.SHA
		answer(rw, 200, object{})
	})
	return mux
}

func gitlabFace(w *world) http.Handler {
	mux := http.NewServeMux()
	// The numbers of projects: the registry is 7, a fork 8.
	repo := func(r *http.Request) string {
		switch id := r.PathValue("id"); id {
		case "7", base:
			return base
		case "8":
			return w.user + "/registry"
		}
		w.t.Errorf("unknown project in %s", r.URL)
		return ""
	}
	number := func(name string) int {
		if name == base {
			return 7
		}
		return 8
	}
	show := func(name string) object {
		status := "finished"
		if name != base && w.tip(name, "main") == "" {
			status = "started"
		}
		level := 20
		if slices.Contains(w.pushers, w.user) {
			level = 30
		}
		return object{"id": number(name), "path_with_namespace": name, "archived": w.archived, "import_status": status,
			"namespace": object{"path": strings.Split(name, "/")[0]}, "permissions": object{"project_access": nil, "group_access": object{"access_level": level}}}
	}
	showRequest := func(p *pull) object {
		return object{"iid": p.Number, "web_url": w.URL + "/" + base + "/-/merge_requests/1", "source_project_id": number(p.Repo), "author": object{"username": p.By}}
	}
	const api = "/api/v4/projects/{id}"
	mux.HandleFunc("GET /api/v4/user", func(rw http.ResponseWriter, r *http.Request) { answer(rw, 200, object{"username": w.user}) })
	mux.HandleFunc("GET "+api, func(rw http.ResponseWriter, r *http.Request) { answer(rw, 200, show(repo(r))) })
	mux.HandleFunc("GET "+api+"/forks", func(rw http.ResponseWriter, r *http.Request) {
		list := []object{}
		for f := range w.parent {
			list = append(list, show(f))
		}
		answer(rw, 200, list)
	})
	mux.HandleFunc("POST "+api+"/fork", func(rw http.ResponseWriter, r *http.Request) {
		w.fork(w.user + "/registry")
		answer(rw, 201, show(w.user+"/registry"))
	})
	mux.HandleFunc("GET "+api+"/repository/branches/{b}", func(rw http.ResponseWriter, r *http.Request) {
		if id := w.tip(repo(r), r.PathValue("b")); id != "" {
			answer(rw, 200, object{"commit": object{"id": id}})
			return
		}
		answer(rw, 404, object{"message": "404 Branch Not Found"})
	})
	mux.HandleFunc("GET "+api+"/repository/tree", func(rw http.ResponseWriter, r *http.Request) {
		q, list := r.URL.Query(), []object{}
		for _, e := range w.entries(q.Get("ref"), q.Get("path"), q.Get("recursive") == "true") {
			kind := "blob"
			if e.folder {
				kind = "tree"
			}
			list = append(list, object{"path": e.path, "id": e.id, "type": kind})
		}
		if len(list) == 0 {
			answer(rw, 404, object{"message": "404 Tree Not Found"})
			return
		}
		answer(rw, 200, list)
	})
	mux.HandleFunc("GET "+api+"/repository/files/{p}", func(rw http.ResponseWriter, r *http.Request) {
		text, ok := w.commits[r.URL.Query().Get("ref")][r.PathValue("p")]
		if !ok {
			answer(rw, 404, object{"message": "404 File Not Found"})
			return
		}
		answer(rw, 200, object{"blob_id": blob(text), "content": base64.StdEncoding.EncodeToString([]byte(text))})
	})
	mux.HandleFunc("POST "+api+"/repository/commits", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct {
			Branch       string
			Message      string `json:"commit_message"`
			StartSHA     string `json:"start_sha"`
			StartProject int    `json:"start_project"`
			Actions      []struct {
				Action   string
				Path     string `json:"file_path"`
				Content  *string
				Encoding string
			}
		}](w, r)
		from := w.branches[repo(r)+":"+b.Branch]
		switch {
		case repo(r) == base && !slices.Contains(w.pushers, w.user):
			answer(rw, 403, object{"message": "403 Forbidden"})
			return
		case b.StartSHA != "" && from != "":
			answer(rw, 400, object{"message": "A branch called '" + b.Branch + "' already exists."})
			return
		case b.StartSHA != "":
			if from = b.StartSHA; repo(r) != base && b.StartProject != 7 {
				answer(rw, 400, object{"message": "Invalid start project"})
				return
			}
		case from == "":
			answer(rw, 400, object{"message": "You can only create or edit files when you are on a branch"})
			return
		}
		texts := map[string]*string{}
		for _, a := range b.Actions {
			if _, exists := w.commits[from][a.Path]; exists != (a.Action != "create") {
				answer(rw, 400, object{"message": "A file with this name already exists"})
				return
			}
			if a.Encoding == "base64" {
				data, err := base64.StdEncoding.DecodeString(*a.Content)
				if err != nil {
					w.t.Error(err)
				}
				*a.Content = string(data)
			}
			texts[a.Path] = a.Content
		}
		w.change(repo(r), b.Branch, from, texts)
		answer(rw, 201, object{})
	})
	mux.HandleFunc("GET "+api+"/merge_requests", func(rw http.ResponseWriter, r *http.Request) {
		list := []object{}
		for _, p := range w.pulls {
			if p.Status == "open" && p.Branch == r.URL.Query().Get("source_branch") {
				list = append(list, showRequest(p))
			}
		}
		answer(rw, 200, list)
	})
	mux.HandleFunc("POST "+api+"/merge_requests", func(rw http.ResponseWriter, r *http.Request) {
		b := in[struct {
			Source, Title, Description string
			SourceBranch               string `json:"source_branch"`
			Target                     string `json:"target_branch"`
			Project                    int    `json:"target_project_id"`
		}](w, r)
		switch {
		case b.Target != "main" || b.Project != 7 || w.branches[repo(r)+":"+b.SourceBranch] == "":
			answer(rw, 400, object{"message": []string{"Source branch does not exist"}})
		case w.open(repo(r), b.SourceBranch) != nil:
			answer(rw, 409, object{"message": []string{"Another open merge request already exists for this source branch: !1"}})
		default:
			answer(rw, 201, showRequest(w.request(repo(r), b.SourceBranch, b.Title, b.Description)))
		}
	})
	return mux
}
