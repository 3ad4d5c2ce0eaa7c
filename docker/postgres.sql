CREATE DATABASE hospital_b;
