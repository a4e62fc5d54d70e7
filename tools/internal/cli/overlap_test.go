package cli

// Overlap is how a base that moved under a change is told.
var Overlap = overlap
