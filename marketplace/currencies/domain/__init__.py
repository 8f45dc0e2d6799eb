"""Pure decisions about currencies: conversion, age of rates, quotes, reading the ECB's file."""
